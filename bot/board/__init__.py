"""The live board of an action day as a page that anybody's web server can hand out."""
