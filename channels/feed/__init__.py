"""Two feed files in a folder that a web server shows: Atom and JSON Feed."""
