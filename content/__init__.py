"""What a campaign says: its folder, checked and rendered. Pure; reads files and nothing else."""
