"""How much of an award goes back with a refund: in proportion, so that parts come to the same as the whole."""


def share_to_take_back(*, credits_: int, amount_fen: int, refunded_fen: int, taken: int) -> int:
    """Give what is to be taken back now, after so much of the amount came back in all and so much was taken before.

    Rounded in the holder's favour until the last fen is back; then nothing of the award stays.
    """
    assert 0 <= refunded_fen <= amount_fen, "no more comes back than was paid"
    due = credits_ if refunded_fen == amount_fen else credits_ * refunded_fen // amount_fen
    return max(0, due - taken)
