"""Scrapy's downloader middlewares, one file each."""
