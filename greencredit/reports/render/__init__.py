"""The press: facts and a template in, a page or a tagged, reproducible PDF out. One renderer a process."""

from greencredit.reports.render.press import Paper as Paper
from greencredit.reports.render.press import Renderer as Renderer
from greencredit.reports.render.press import renderer_at as renderer_at
