"""社区环境行动报告: the facts of a report of a district, a community or a building."""

from greencredit.schemas.reports.school import GroupReport


class CommunityReport(GroupReport):
    """社区环境行动报告: a district with its communities, a community with its buildings, or one of them."""
