"""Who asks for what, and when they may be told. Pure."""
