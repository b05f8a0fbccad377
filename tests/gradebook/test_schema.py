"""Our second naming of nbgrader's tables says what nbgrader's says."""

from __future__ import annotations

from course_tools.gradebook import schema
from course_tools.gradebook.database import head


def test_every_column_is_nbgraders(quietly):
    with quietly():
        from nbgrader.api import Base
    for table in schema.theirs.tables.values():
        theirs = Base.metadata.tables[table.name]
        for column in table.columns:
            assert column.name in theirs.columns, f"{table.name}.{column.name}"
            kind = theirs.columns[column.name].type
            assert isinstance(kind, type(column.type)), f"{table.name}.{column.name} is {kind!r}"
            assert column.primary_key == theirs.columns[column.name].primary_key


def test_nothing_we_do_not_fill_is_required(quietly):
    with quietly():
        from nbgrader.api import Base
    for name in ("student", "submitted_assignment", "submitted_notebook", "grade", "comment"):
        ours = set(schema.theirs.tables[name].columns.keys())
        for column in Base.metadata.tables[name].columns:
            assert column.nullable or column.name in ours, f"{name}.{column.name}"


def test_the_version_is_the_one_alembic_names():
    import nbgrader.dbutil as dbutil
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", dbutil.ALEMBIC_DIR)
    assert head() == ScriptDirectory.from_config(config).get_current_head()
