"""A site's health as protobuf and back.

May not know how it is asked for, counted or judged.
"""

from __future__ import annotations

from domain.health import ArmCounts, ArmName, GoalCounts, HealthCounts, OpCounts, OpName
from domain.names import GoalKey, RunName, VariationKey
from ingest_grpc.wire.leadbright.v1 import report_pb2 as pb


def write_health(counts: HealthCounts) -> pb.HealthResponse:
    """The counts as they travel."""
    return pb.HealthResponse(
        views=counts.views,
        ops=[_op(ops) for ops in counts.ops],
        arms=[
            pb.ArmHealth(experiment=arm.name.run, variation=arm.name.variation, exposed=arm.exposed)
            for arm in counts.arms
        ],
        goals=[_goal(goal) for goal in counts.goals],
    )


def read_health(message: pb.HealthResponse) -> HealthCounts:
    """The counts as they were."""
    return HealthCounts(
        message.views,
        tuple(OpCounts(OpName(*_arm(m), m.op), m.ok, m.misses, m.errors) for m in message.ops),
        tuple(ArmCounts(_arm(m), m.exposed) for m in message.arms),
        tuple(GoalCounts(GoalKey(m.goal), _arm(m) if m.experiment else None, m.converted) for m in message.goals),
    )


def _op(ops: OpCounts) -> pb.OpHealth:
    run, variation, op = ops.name
    return pb.OpHealth(experiment=run, variation=variation, op=op, ok=ops.ok, misses=ops.misses, errors=ops.errors)


def _goal(goal: GoalCounts) -> pb.GoalHealth:
    run, variation = goal.arm or ("", "")
    return pb.GoalHealth(goal=goal.goal, experiment=run, variation=variation, converted=goal.converted)


def _arm(message: pb.OpHealth | pb.ArmHealth | pb.GoalHealth) -> ArmName:
    return ArmName(RunName(message.experiment), VariationKey(message.variation))
