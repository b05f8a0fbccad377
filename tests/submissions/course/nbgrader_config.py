"""nbgrader's settings of the small course."""

c = get_config()  # noqa: F821  nbgrader supplies it
c.CourseDirectory.course_id = "small"
