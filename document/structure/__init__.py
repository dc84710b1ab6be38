"""Lines to headings and sections."""
