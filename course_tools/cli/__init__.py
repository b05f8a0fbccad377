"""The `tito` command: parse, call one function, print."""
