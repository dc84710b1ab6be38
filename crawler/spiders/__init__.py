"""The spiders. Scrapy finds them in this package."""
