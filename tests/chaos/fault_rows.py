"""What must be survived on the way from browser to count, row by row, and the tests that show it.

A test sees to it that all of them exist. May not know how a test goes.
"""

from __future__ import annotations

from dataclasses import dataclass

HISTORIES = "simulation/test_simulation_histories.py::test_nothing_is_lost_and_nothing_counts_twice"
CRASH_POINTS = "simulation/test_simulation_histories.py::test_a_crash_at_any_call_changes_no_count"
BATTLES = "chaos/test_chaos_battles.py::test_what_is_confirmed_is_counted_once"


@dataclass(frozen=True)
class FaultRow:
    """A fault, what is expected then, and where that is shown."""

    fault: str
    expected: str
    shown_by: tuple[str, ...]


FAULTS = {
    "F1": FaultRow(
        "a relay is killed in mid-load",
        "what was confirmed is on disk; a new epoch begins, old ones are sent",
        (
            "chaos/test_chaos_kills.py::test_after_many_kills_every_count_is_what_the_crowd_did",
            BATTLES,
            HISTORIES,
            "relay/test_relay_journal.py::test_each_start_is_another_epoch",
        ),
    ),
    "F2": FaultRow(
        "an aggregator is killed, in the middle of a commit too",
        "the relay asks where the epoch stands and goes on from there",
        (
            "aggregator/test_aggregator_crashes.py::test_killed_at_any_step_of_a_transaction",
            "aggregator/test_aggregator_crashes.py::test_killed_in_mid_load_again_and_again",
            CRASH_POINTS,
        ),
    ),
    "F3": FaultRow(
        "the database is killed",
        "the aggregator stays, is not ready, and confirms nothing",
        (
            "aggregator/test_aggregator_store.py::test_a_postgres_that_drops_its_connections_is_asked_again",
            "aggregator/test_aggregator_server.py::test_health_follows_the_database",
            BATTLES,
        ),
    ),
    "F4": FaultRow(
        "the power fails",
        "a torn tail is cut off at the last sound frame",
        (
            HISTORIES,
            CRASH_POINTS,
            "relay/test_relay_forward.py::test_a_torn_tail_is_cut_off_and_three_starts_end_alike",
        ),
    ),
    "F5": FaultRow(
        "a relay's disk is full",
        "503 before it is; sending goes on; it recovers by itself",
        (
            "relay/test_relay_journal.py::test_beacons_are_refused_before_the_disk_is_full_and_taken_again_when_it_is_not",
            "relay/test_relay_journal.py::test_beacons_are_refused_when_the_journal_has_its_share_of_the_disk",
            "relay/test_relay_app.py::test_a_full_disk_is_503_and_not_ready_and_still_alive",
        ),
    ),
    "F6": FaultRow(
        "the database's disk is full",
        "the transaction is rolled back, and the relay keeps the frames",
        ("aggregator/test_aggregator_store.py::test_a_disk_that_fills_up_loses_nothing_that_was_there", HISTORIES),
    ),
    "F7": FaultRow(
        "a sync fails",
        "it is never tried again on that file; twice in a row ends the process",
        (
            "relay/test_relay_journal.py::test_on_a_real_disk_a_failed_fdatasync_is_never_tried_again_on_that_file",
            "relay/test_relay_journal.py::test_a_failed_sync_refuses_its_group_and_is_final_for_its_file",
            "relay/test_relay_journal.py::test_two_failures_in_a_row_are_the_end",
            HISTORIES,
        ),
    ),
    "F8": FaultRow("the database is away for long", "frames wait on disk", (BATTLES, HISTORIES)),
    "F9": FaultRow(
        "the database is slow, or a lock is held",
        "a deadline never ends a transaction",
        (
            "aggregator/test_aggregator_store.py::test_a_caller_that_is_cancelled_does_not_stop_what_has_begun",
            "relay/test_relay_forward.py::test_a_call_without_an_answer_is_given_up_in_time",
            HISTORIES,
        ),
    ),
    "F10": FaultRow(
        "a frame or a call comes twice",
        "DUPLICATE, by the watermark",
        ("aggregator/test_aggregator_replies.py::test_frames_are_answered_by_where_their_epoch_stands", BATTLES),
    ),
    "F11": FaultRow(
        "frames come out of order, or one is missing",
        "GAP; the relay goes back",
        ("aggregator/test_aggregator_replies.py::test_frames_are_answered_by_where_their_epoch_stands", HISTORIES),
    ),
    "F12": FaultRow(
        "one beacon by two relays at once",
        "its nonce decides; one of them counts",
        (
            "aggregator/test_aggregator_together.py::test_every_beacon_through_all_of_them_at_once",
            "aggregator/test_aggregator_differential.py::test_one_trace_on_both_databases_and_in_dictionaries",
            BATTLES,
        ),
    ),
    "F13": FaultRow(
        "a relay's clock is off, or jumps",
        "a day is at most one off; a relay that is far off is not served",
        (
            "relay/test_relay_admission.py::test_a_day_more_than_one_off_is_replaced_and_counted",
            "aggregator/test_aggregator_replies.py::test_a_relay_whose_clock_is_off_is_refused",
            "relay/test_relay_rules.py::test_a_sites_day_is_that_of_its_time_zone",
            "aggregator/test_aggregator_once.py::test_a_period_never_goes_back_with_the_clock",
            HISTORIES,
        ),
    ),
    "F14": FaultRow(
        "a browser's clock is wrong by years",
        "the relay's answer corrects it",
        (
            "relay/test_relay_app.py::test_a_beacon_is_answered_with_the_day_and_reaches_the_aggregator",
            "relay/test_relay_admission.py::test_a_day_more_than_one_off_is_replaced_and_counted",
        ),
    ),
    "F15": FaultRow(
        "a torn write",
        "what was before it stays",
        ("relay/test_relay_segment.py::test_a_last_frame_cut_at_any_byte_is_dropped_and_the_others_stay",),
    ),
    "F16": FaultRow(
        "a damaged payload",
        "declared lost with its number; the rest is counted",
        (
            "relay/test_relay_segment.py::test_a_frame_with_any_byte_flipped_is_a_tombstone_or_missing_and_the_others_stay",
            "relay/test_relay_forward.py::test_a_damaged_payload_is_declared_lost_with_its_number_and_the_rest_is_counted",
        ),
    ),
    "F17": FaultRow(
        "a damaged head, a missing segment, a foreign file",
        "the range is declared lost; foreign files are left alone",
        (
            "relay/test_relay_forward.py::test_a_frame_with_a_damaged_head_is_declared_lost_and_the_rest_is_counted",
            "relay/test_relay_forward.py::test_a_segment_that_is_gone_is_declared_lost_and_files_of_others_are_left_alone",
            "relay/test_relay_forward.py::test_a_damaged_segment_head_costs_nothing",
            HISTORIES,
        ),
    ),
    "F18": FaultRow(
        "a relay's disk comes from an old snapshot, or a machine is cloned",
        "another history is noticed and sent under a new name",
        (
            "relay/test_relay_forward.py::test_a_cloned_relay_sends_its_own_beacons_under_a_new_name",
            "relay/test_relay_forward.py::test_a_clone_that_is_behind_is_not_taken_in_by_what_its_twin_has_sent",
            HISTORIES,
        ),
    ),
    "F19": FaultRow(
        "a beacon made to do harm",
        "refused with a reason, never an exception",
        (
            "relay/test_relay_beacon.py::test_bytes_that_are_no_beacon_are_refused_with_the_reason",
            "relay/test_relay_beacon.py::test_whatever_the_json_a_beacon_or_a_refusal_comes_of_it",
            "relay/test_relay_beacon.py::test_whatever_is_put_in_or_taken_out_a_beacon_or_a_refusal_comes_of_it",
        ),
    ),
    "F20": FaultRow(
        "a frame that cannot be counted",
        "set aside; the stream goes on; bounded",
        (
            "aggregator/test_aggregator_aside.py::test_a_poison_frame_is_set_aside_and_the_stream_goes_on",
            "aggregator/test_aggregator_aside.py::test_the_quarantine_is_bounded_and_what_finds_no_room_is_declared_lost",
            "aggregator/test_aggregator_aside.py::test_counts_that_would_not_fit_are_set_aside_and_spoil_nothing",
        ),
    ),
    "F21": FaultRow(
        "oversized, deep, compressed or endless bodies",
        "413 or 400",
        (
            "chaos/test_chaos_floods.py::test_bodies_that_are_too_much_stay_outside",
            "relay/test_relay_app.py::test_a_body_in_endless_chunks_is_too_large",
            "relay/test_relay_beacon.py::test_bytes_that_are_no_beacon_are_refused_with_the_reason",
        ),
    ),
    "F22": FaultRow(
        "a million sites that do not exist",
        "memory stays flat, and few reads are made",
        (
            "relay/test_relay_rules.py::test_unknown_sites_are_remembered_in_bounded_memory",
            "relay/test_relay_rules.py::test_a_flood_of_unknown_sites_makes_few_reads",
        ),
    ),
    "F23": FaultRow(
        "a million names",
        "unknown ones are refused, events and pages are capped",
        (
            "relay/test_relay_admission.py::test_each_reason_refuses_a_beacon_and_is_counted",
            "aggregator/test_aggregator_names.py::test_names_beyond_the_cap_are_counted_as_other",
        ),
    ),
    "F24": FaultRow(
        "a flood on one site",
        "429; others have their share",
        (
            "relay/test_relay_admission.py::test_one_place_that_sends_too_much_leaves_the_site_its_share",
            "relay/test_relay_surroundings.py::test_a_quota_gives_a_burst_and_then_so_many_a_second",
        ),
    ),
    "F25": FaultRow(
        "bytes that drip in",
        "absolute deadlines",
        (
            "relay/test_relay_app.py::test_bytes_that_drip_in_are_cut_off_in_time",
            "chaos/test_chaos_floods.py::test_others_are_served_while_many_connections_drip",
        ),
    ),
    "F26": FaultRow(
        "a foreign origin, or none",
        "refused and counted",
        (
            "relay/test_relay_admission.py::test_each_reason_refuses_a_beacon_and_is_counted",
            "relay/test_relay_admission.py::test_a_page_is_the_sites_by_its_origin",
        ),
    ),
    "F27": FaultRow(
        "beacons are sent again by somebody else",
        "for 97 hours a duplicate",
        ("aggregator/test_aggregator_once.py::test_a_repeat_is_recognised_for_as_long_as_one_can_come",),
    ),
    "F28": FaultRow(
        "browsers leave, requests are ambiguous",
        "it goes on answering; 400",
        (
            "relay/test_relay_app.py::test_300_browsers_that_leave_do_not_stop_the_others",
            "chaos/test_chaos_floods.py::test_browsers_that_leave_take_nothing_with_them",
            "relay/test_relay_app.py::test_a_request_that_can_be_read_in_two_ways_is_refused",
            "aggregator/test_aggregator_server.py::test_three_hundred_calls_given_up_at_any_moment_leave_it_answering",
        ),
    ),
    "F29": FaultRow(
        "a process is told to stop under load",
        "it takes nothing more, and leaves in time",
        (
            "leadbright/test_leadbright_process.py::test_a_role_that_is_told_to_stop_is_taken_apart",
            "leadbright/test_leadbright_process.py::test_a_wedged_process_leaves_in_any_case",
            "relay/test_relay_journal.py::test_what_was_taken_is_written_before_closing",
            HISTORIES,
        ),
    ),
    "F30": FaultRow(
        "a relay is newer than the aggregator, or older",
        "what it does not understand waits, and is no poison",
        (
            "aggregator/test_aggregator_aside.py::test_what_only_a_newer_version_understands_waits_for_it",
            "relay/test_relay_segment.py::test_a_head_of_another_version_is_not_called_damaged",
        ),
    ),
    "F31": FaultRow(
        "memory runs out",
        "queues are bounded by bytes",
        (
            "relay/test_relay_journal.py::test_nothing_is_taken_beyond_the_waiting_bytes",
            "aggregator/test_aggregator_store.py::test_more_transactions_than_may_wait_are_refused_at_once",
            BATTLES,
        ),
    ),
}
