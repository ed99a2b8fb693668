"""Parts of energy-saving projects as a verifier signed them off (节能项目分配), from the projects' own records."""

from greencredit.evidence.catalogue import FeedForm, Ground
from greencredit.schemas.evidence import QualityTier
from greencredit.schemas.values import Words

FORM = FeedForm(
    kind="project_shares",
    title=Words(zh="节能减排项目的核证份额", en="Signed-off parts of energy-saving projects"),
    explains=Words(
        zh="经核证机构核证的节能量按份额分给各参与方，由平台自项目记录中取得，不接受任何文件",
        en="What a verifier signed off, shared out; taken over from the project's own record, never from a file",
    ),
    columns=(),
    ground=Ground.ACTION,
    tier=QualityTier.MEASURED,
    example={},
    is_own=True,
)
