"""The doors. Each route states one door. The door checks who the visitor is, and whether the visitor has the needed
permission.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from clausewatch.desk.entry import FeedDoor, PageDoor, ProgramDoor, Visitor

Anyone = Annotated[Visitor, Depends(PageDoor(None))]
Reader = Annotated[Visitor, Depends(PageDoor("see"))]
Reviewer = Annotated[Visitor, Depends(PageDoor("review"))]
Auditor = Annotated[Visitor, Depends(PageDoor("audit"))]
Operator = Annotated[Visitor, Depends(PageDoor("operate"))]

FeedProgram = Annotated[Visitor, Depends(FeedDoor("atom"))]
CalendarProgram = Annotated[Visitor, Depends(FeedDoor("calendar"))]

ReadingProgram = Annotated[Visitor, Depends(ProgramDoor("see"))]
ReviewingProgram = Annotated[Visitor, Depends(ProgramDoor("review"))]
AuditingProgram = Annotated[Visitor, Depends(ProgramDoor("audit"))]
