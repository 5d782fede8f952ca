"""How a campaign folder is read: files, their lines, the wording of problems, and checks across files."""
