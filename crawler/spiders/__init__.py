"""The spiders; Scrapy finds them here."""
