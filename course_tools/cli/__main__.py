"""`python -m course_tools.cli` is `tito`, for places where scripts are not on the PATH."""

from course_tools.cli.main import main

main()
