"""How fast the platform is, side by side with what one would use instead, in one run on one machine."""
