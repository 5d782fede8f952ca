"""What the exit codes mean."""

from typing import Final

FINE: Final = 0
NO: Final = 1
NOT_NOW: Final = 3
DEFECT: Final = 70
INTERRUPTED: Final = 130

TABLE: Final = """\
\b
Exit codes:
  0    done, or the answer is yes
  1    the answer is no: problems were found, or something was left undone
  2    the command was not understood
  3    not possible now; one sentence says why and what to do
  70   a defect of Munasara; please report it
  130  interrupted
"""
