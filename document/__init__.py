"""Floor 1: what a page says, and whether it is a policy at all. Pure: bytes and facts in, frozen data out."""
