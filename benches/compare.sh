#!/usr/bin/env bash
# Compares rtcscope with reading the file and with other tools, on a generated capture.
#
#   benches/compare.sh [FILE]        FILE is generated (2 million packets, 1.8 GB) if it is missing
#   ROUNDS=5 SLOW_ROUNDS=2           how often each command runs; the fastest run counts
#
# The commands are interleaved, so that a busy moment of the machine hits all of them. Tools that are
# not installed are left out; without GNU time there is no memory column.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
file=${1:-$root/target/big.pcap}
rounds=${ROUNDS:-5}
slow_rounds=${SLOW_ROUNDS:-2}
packets=${PACKETS:-2000000}
manifest=$root/Cargo.toml

cargo build --quiet --release --manifest-path "$manifest"
if [ ! -e "$file" ]; then
    cargo run --quiet --release --manifest-path "$manifest" --example generate -- \
        "$file" --packets "$packets" --truth "${file%.*}.json"
fi

# name | rounds | command, with FILE for the capture
commands=(
    "cat|$rounds|cat FILE"
    "rtcscope stats --format json|$rounds|$root/target/release/rtcscope stats --format json FILE"
    "capinfos -c|$rounds|capinfos -c FILE"
    "tcpdump, filter that never matches|$rounds|tcpdump -r FILE port 1 and port 2 and port 3"
    "tshark -q -z rtp,streams|$slow_rounds|tshark -n -r FILE -q -z rtp,streams"
    "the same, --enable-heuristic rtp_udp|$slow_rounds|tshark -n -r FILE --enable-heuristic rtp_udp -q -z rtp,streams"
)

results=$(mktemp)
scratch=$(mktemp)
trap 'rm -f "$results" "$scratch"' EXIT
timer=()
if [ -x /usr/bin/time ] && /usr/bin/time -f %M true 2>/dev/null; then
    timer=(/usr/bin/time -f %M -o "$scratch")
fi

cat "$file" >/dev/null # the page cache is warm for everyone
for ((round = 1; round <= rounds; round++)); do
    for row in "${commands[@]}"; do
        IFS='|' read -r name times line <<<"$row"
        ((round <= times)) || continue
        read -ra words <<<"$line"
        command -v "${words[0]}" >/dev/null || continue
        words=("${words[@]/#FILE/$file}")
        echo "-" >"$scratch"
        start=${EPOCHREALTIME//[^0-9]/}
        status=0
        "${timer[@]}" "${words[@]}" >/dev/null 2>&1 || status=$?
        end=${EPOCHREALTIME//[^0-9]/}
        if ((status != 0)); then
            echo "$name failed with status $status; left out" >&2
            continue
        fi
        printf '%s|%s|%s\n' "$name" "$((end - start))" "$(tail -n 1 "$scratch")" >>"$results"
    done
done

echo "$(stat -c %s "$file" 2>/dev/null || wc -c <"$file") bytes; fastest of $rounds runs (slow tools: $slow_rounds)"
awk -F'|' -v packets="$packets" '
    !($1 in wall) { order[++n] = $1; wall[$1] = $2; rss[$1] = $3 }
    $2 < wall[$1] { wall[$1] = $2 }
    $3 != "-" && $3 > rss[$1] { rss[$1] = $3 }
    END {
        print "| command | wall s | M packets/s | × cat | peak RSS MB |"
        print "|---|---|---|---|---|"
        for (i = 1; i <= n; i++) {
            name = order[i]
            memory = rss[name] == "-" ? "–" : sprintf("%.0f", rss[name] / 1024)
            printf "| %s | %.3f | %.2f | %.1f | %s |\n", name, wall[name] / 1e6, packets / wall[name], wall[name] / wall["cat"], memory
        }
    }' "$results"
