"""What a student's machine does: workspace, progress, running one's own notebook, handing it in."""
