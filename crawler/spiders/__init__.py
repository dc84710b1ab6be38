"""The spiders, which Scrapy finds here."""
