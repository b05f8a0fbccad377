"""`tito` alone: where the student stands and what the next command is."""

from __future__ import annotations

from course_tools.cli import say


def resume(as_json: bool) -> None:
    """Print it; in a folder that is no workspace, say how to make one."""
    from course_tools.student import milestone, status, workspace
    from course_tools.student import progress as records

    found = workspace.find()
    if found is None:
        if as_json:
            say.document({"workspace": None, "next": {"command": "tito init my-course", "why": NOWHERE}})
            return
        say.line(NOWHERE)
        say.line("Next:  tito init my-course")
        say.line("All commands:  tito --help")
        return
    progress = records.load(found, say.note)
    standings = status.standing(found, progress)
    ready = [one for one in milestone.standing(found, progress) if one.state == "ready"]
    step = status.next_step(standings)
    done = sum(one.state in ("complete", "changed") for one in standings)
    released = sum(one.state != "not released" for one in standings)
    if as_json:
        say.document(
            {
                "workspace": str(found.root),
                "course": found.course_name,
                "complete": done,
                "released": released,
                "milestones_ready": [one.milestone.name for one in ready],
                "next": {"command": step.command, "why": step.why} if step else None,
            }
        )
        return
    say.line(f"{found.course.title}: {done} of {released} released modules complete.", bold=True)
    for one in ready:
        say.line(f"Ready:  {one.command}     {one.milestone.title}")
    if step is None:
        say.line(ALL_DONE if done else NOTHING_RELEASED)
        return
    say.line(step.why)
    say.line(f"Next:  {step.command}")


NOWHERE = "You are not in a course workspace."
ALL_DONE = "Everything that is released is complete.\nHand in with:  tito module submit NN"
NOTHING_RELEASED = "No module is released yet.\nWith a newer course:  tito init --update --from PATH"
