"""Energy-saving projects at the console (节能减排项目): the issuer's people measure, the verifier signs."""
