#pragma once
// Every limit of the house, each with its reason. What grows without one of these is a bug.

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace starling::core::limits {

using namespace std::chrono_literals;

// ---- data -------------------------------------------------------------------------------------
// A key travels whole in ranges and listings; four of them must fit a datagram-sized message.
inline constexpr std::size_t key_bytes_max = 4 * 1024;
// Escaping doubles a key of zero bytes; key space, terminator and kind add four.
inline constexpr std::size_t encoded_key_bytes_max = 2 * key_bytes_max + 4;
// Where a range may begin or end: the successor of the longest key is one byte longer.
inline constexpr std::size_t range_end_bytes_max = encoded_key_bytes_max + 1;
// One record must fit a batch and a frame with room to spare.
inline constexpr std::size_t value_bytes_default = 1024 * 1024;
inline constexpr std::size_t value_bytes_max = 16 * 1024 * 1024;
// Expiry in milliseconds since 1970 must fit the 48 bits that HLC time has.
inline constexpr std::uint64_t expiry_ms_max = (std::uint64_t{1} << 48) - 1;
inline constexpr std::size_t node_name_bytes_max = 64;
inline constexpr std::size_t address_bytes_max = 256;  // A DNS name (253) would not fit less.

// ---- clock ------------------------------------------------------------------------------------
// Receive bound: hosts with NTP stay within tens of milliseconds; half a second forgives a bad
// one and keeps the damage of a wrong one small.
inline constexpr std::uint64_t clock_ahead_ms_default = 500;
// The bound above every issued reading is persisted this far ahead and renewed at half, so a
// restart skips at most a quarter of a second.
inline constexpr std::uint64_t clock_lease_ms = 250;
// Records stamped too far ahead wait here; what does not fit comes again by repair.
inline constexpr std::size_t held_ahead_records_max = 4096;
inline constexpr std::size_t held_ahead_bytes_max = 4 * 1024 * 1024;

// ---- cuts and the tree ------------------------------------------------------------------------
// A cut is applied this long after its second ended: rumours of its writes have arrived by then.
inline constexpr std::uint64_t cut_settle_ms = 1500;
// Peers reach a cut at different moments; eight seconds cover a slow link and a long session step.
inline constexpr std::size_t cuts_kept = 8;
// Versions heard during the last cuts. The design's 16 MiB are 34,000 distinct small keys a second
// over a window of 2.5 s; twice that keeps a benchmark of 100,000 hot keys from pausing clients.
inline constexpr std::size_t settling_bytes_max = 32 * 1024 * 1024;
// Constants of the digest version: changing one changes every tree in the cluster.
inline constexpr std::uint64_t leaf_records_mean = 48;
inline constexpr std::uint64_t branch_fanout_mean = 32;
// 48 * 32^5 is 1.6 thousand million records; above that leaves only grow more numerous per branch.
inline constexpr int tree_levels = 6;

// ---- messages ---------------------------------------------------------------------------------
inline constexpr std::size_t datagram_bytes_max = 1200;  // Passes every tunnel without fragments.
inline constexpr std::size_t frame_bytes_max = value_bytes_max + 64 * 1024;  // One large record.
inline constexpr std::size_t batch_bytes_max = 256 * 1024;  // Of an exchange; one WriteBatch.
inline constexpr std::size_t batch_records_max = 4096;
inline constexpr std::size_t roster_members_max = 2048;
inline constexpr std::size_t reason_bytes_max = 256;    // Of a refusal, for people.
inline constexpr std::size_t train_entries_max = 1024;  // Opening answer: 8 KiB of fingerprints.
inline constexpr std::size_t ranges_per_message_max = 1024;
inline constexpr std::size_t entries_per_message_max = 64 * 1024;  // Fingerprints or listed items.
inline constexpr std::size_t listing_bytes_max = 64 * 1024;        // One chunk of a listing.

// ---- membership -------------------------------------------------------------------------------
// Of a datagram: the beat and the header keep the rest, so news never crowds out beats.
inline constexpr std::size_t membership_part_bytes_max = 700;
inline constexpr std::size_t part_updates_max = 32;  // More than fit the bytes above.
// Pings on behalf of others that we keep in mind; one period at a time is asked of us.
inline constexpr std::size_t probe_relays_max = 256;

// ---- sessions ---------------------------------------------------------------------------------
inline constexpr std::size_t sessions_out_max = 3;
inline constexpr std::size_t sessions_in_max = 3;
inline constexpr std::size_t session_credit = 4;  // Batches in flight each way.
inline constexpr auto session_patience = 10s;     // Silence longer than this abandons the peer.
inline constexpr auto session_deadline = 10min;
inline constexpr std::size_t session_ranges_max =
    64 * 1024;  // Bounds our memory, whatever a peer claims.
// Comparisons that this node walks because one peer asked; its next one is told to come later.
inline constexpr std::size_t compares_for_peer_max = 3;
// A walk that finds nothing for long is not silent: well below the patience above.
inline constexpr auto compare_sign_of_life = 2s;

// ---- links ------------------------------------------------------------------------------------
inline constexpr std::size_t hello_bytes_max = 4 * 1024;  // Read before anything is believed.
inline constexpr std::size_t links_max = roster_members_max;
// Accepted and still without a hello: strangers cannot use up descriptors, members come again.
inline constexpr std::size_t links_half_open_max = 64;
inline constexpr auto link_handshake_patience = 5s;
inline constexpr auto link_ping_interval = 5s;  // Sent when nothing else was.
inline constexpr auto link_silence_max = 15s;   // Three pings; then the link is cut.
// A short cut heals at once, a long one costs four tries a minute.
inline constexpr auto link_retry_least = 200ms;
inline constexpr auto link_retry_most = 15s;
inline constexpr auto link_try_spacing = 1s;  // Between two tries of one address, whatever happens.
inline constexpr std::size_t names_resolved_max = roster_members_max;
inline constexpr auto name_fresh_for = 30s;

// ---- queues -----------------------------------------------------------------------------------
inline constexpr std::size_t rumour_queue_bytes_max = 4 * 1024 * 1024;  // Per link; then dropped.
inline constexpr std::size_t rumour_queue_records_max = 32 * 1024;
inline constexpr std::size_t link_queue_bytes_max = 8 * 1024 * 1024;
inline constexpr std::size_t link_queue_messages_max = 16 * 1024;
inline constexpr std::size_t parked_operations_max = 4096;  // Waiting for a value to be read.
inline constexpr std::size_t parked_bytes_max = 16 * 1024 * 1024;
inline constexpr std::size_t unsynced_bytes_max = 8 * 1024 * 1024;  // Then writers pause.
inline constexpr auto unsynced_age_max = 1s;
inline constexpr auto sync_delay_max = 10ms;  // What power loss may take from `fast` writes.
inline constexpr std::size_t small_cluster_peers_max = 8;  // Beats and rumours go to every peer.

// ---- clients ----------------------------------------------------------------------------------
inline constexpr std::size_t arguments_max = 64 * 1024;  // Of one command: a pipeline says more.
inline constexpr std::size_t command_line_bytes_max = 64 * 1024;  // Inline, or a count; as Redis.
// Who has not shown the password may not make us hold more than a greeting needs.
inline constexpr std::size_t unproven_arguments_max = 10;
inline constexpr std::size_t unproven_bulk_bytes_max = 16 * 1024;
inline constexpr std::size_t transaction_bytes_max = 16 * 1024 * 1024;  // Between MULTI and EXEC.
inline constexpr std::size_t watched_keys_max = 1024;
// Above the soft bound of replies not yet taken nothing more of that client is read; what one
// command may answer is bounded by the hard one, which holds two of the largest values.
inline constexpr std::size_t output_soft_bytes = 256 * 1024;
inline constexpr std::size_t output_hard_bytes = 2 * value_bytes_max;
inline constexpr auto output_patience = 60s;  // A client that takes nothing for so long is closed.
inline constexpr std::size_t cursors_max = 16 * 1024;  // Of SCAN; the oldest is forgotten.
inline constexpr std::size_t cursor_bytes_max = 2 * 1024 * 1024;
inline constexpr std::size_t scan_records_max = 4096;         // Of one step, whatever COUNT says.
inline constexpr std::size_t keys_looked_at_max = 1'000'000;  // By KEYS; then it names SCAN.
inline constexpr std::size_t diff_entries_default = 100;      // Of STARLING DIFF as one array.
inline constexpr std::size_t diff_entries_max = 10'000;
inline constexpr std::size_t client_name_bytes_max = 256;
inline constexpr std::size_t http_connections_max = 64;  // Probes, one or two scrapers, dashboards.
inline constexpr auto http_patience = 10s;

}
