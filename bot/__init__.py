"""The doors of Munasara: command line, web, settings, and the wiring between the floors below."""
