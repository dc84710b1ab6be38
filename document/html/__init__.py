"""An HTML page to lines, without its boilerplate."""
