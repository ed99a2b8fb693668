"""Commands that look things up: the ledger's audit, a holder's balance, an award's explanation, actions."""

from typing import Annotated

import typer

from greencredit.cli import output
from greencredit.cli.opening import opened

ledger = typer.Typer(help="积分账本 · ledger", no_args_is_help=True)
actions = typer.Typer(help="绿色行动 · green actions", no_args_is_help=True)


@ledger.command()
def audit() -> None:
    """审计：由事件重算一切 · rebuild everything from events; exit code 1 if an invariant is broken."""
    from greencredit.awards import queries as awards
    from greencredit.ledger import queries
    from greencredit.proofs import queries as proofs

    with opened() as database, database.reading() as session:
        findings = [*queries.audit(session), *awards.audit(session), *proofs.audit(session)]
    output.show_table(
        findings,
        ("", "不变式 · invariant", "检查 · looked at", "结果 · found"),
        [
            (
                "✓" if finding.holds else "✗",
                finding.name,
                f"{finding.looked_at:,}",
                "; ".join(finding.broken) or finding.note or finding.sentence,
            )
            for finding in findings
        ],
    )
    if not all(finding.holds for finding in findings):
        raise typer.Exit(1)


@ledger.command()
def balance(consumer_id: Annotated[str, typer.Argument(help="消费者编号 · consumer")]) -> None:
    """余额 · what a holder has, in spending order."""
    from greencredit.ledger import queries
    from greencredit.people import queries as people

    with opened() as database, database.reading() as session:
        balances = queries.balances_of(session, people.consumer(session, consumer_id).id)
    output.show_table(
        balances,
        ("发行主体 · issuer", "发放月 · month", "有效期 · expires", "可用 · available"),
        [
            (one.terms.issuer_id, one.terms.award_month, one.terms.expires_at or "终身有效 · for life", one.available)
            for one in balances
        ],
    )


@actions.command("list")
def list_actions() -> None:
    """行动目录 · every action of the catalogue."""
    from greencredit.actions import queries

    catalogue = queries.actions()
    output.show_table(
        catalogue,
        ("代码 · name", "行动 · action", "单位 · unit", "数据等级 · tier", "公式 · formula"),
        [(one.name, f"{one.title.zh} · {one.title.en}", one.unit, one.tier, one.formula) for one in catalogue],
    )


@actions.command()
def explain(award_id: Annotated[int, typer.Argument(help="发放编号 · award")]) -> None:
    """逐步说明一笔发放 · show every step of an award, with factors and sources."""
    from greencredit.actions.rules import recompute
    from greencredit.awards import queries

    with opened() as database, database.reading() as session:
        award = queries.award(session, award_id)
        found = queries.quantification(session, award.evidence_id)
    lines = [
        f"{award.title.zh} · {award.title.en}  {award.occurred_on}  {award.quantity} {award.unit}",
        f"规则 rule: {award.rule_title.zh} {award.rule_name}@{award.rule_version}  凭证 evidence: {award.evidence_id}",
        *(f"  {step.step}: {step.found:,} | {step.limit:,} → {step.credits:,}" for step in award.trace),
        f"积分 credits: {award.credits:,}",
    ]
    if found is None:
        lines.append("减排量 CO2e: 未量化 · not quantified")
    else:
        assert recompute(found) == found.grams, "what is on file computes to what was printed"
        lines += [
            f"公式 formula: {found.formula}",
            *(f"  {use.name} = {use.value} {use.unit}" for use in found.inputs),
            *(
                f"  {use.name} = {use.value} {use.unit}  [{use.tier}] {use.id}@{use.version} "
                f"{use.publisher}《{use.document}》"
                for use in found.factors
            ),
            *(f"  {step.stage}: {step.expression} = {step.value}" for step in found.steps),
            f"减排量: {found.grams:,} g {found.gas}  数据等级 tier {found.tier}（已重算一致 · recomputed）",
        ]
    output.show({"award": award, "quantification": found}, *lines)
