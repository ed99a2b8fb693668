"""Does the main job end to end and says what it made and where; running it again changes nothing."""

import secrets
import sys
import time

from demo import facts
from demo.story import Story
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import open_keys
from greencredit.kernel.settings import Settings
from greencredit.migrations.upgrade import upgrade


def main() -> int:
    """Do the main job; the clock stands at the days of the story, so that every machine tells the same one."""
    began = time.perf_counter()
    settings = Settings()
    clock = StandingClock(facts.REGISTERED_AT)
    database = Database(
        settings.database_url,
        clock=clock,
        entropy=seeded_entropy("demonstration"),
        keys=open_keys(settings.data_dir, secrets.token_bytes),
    )
    with database.connection() as connection:
        upgrade(connection)
    try:
        Story(database, clock, settings).tell()
    finally:
        database.close()
    sys.stdout.write(f"\n用时 {time.perf_counter() - began:.1f} 秒 · seconds\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
