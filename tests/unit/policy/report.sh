#!/usr/bin/env bash
# report.sh CASES: the property tests over CASES random worlds, the benchmark, and docs/reports/policy.md of both.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
cases=$1 counts=build/policy-counts.md
make -s build/tests/unit/policy/properties_test build/bench/policy
rm -f "$counts"
POLICY_CASES=$cases POLICY_REPORT=$counts build/tests/unit/policy/properties_test
[ -s "$counts" ] || { echo "the properties do not hold, or nothing was counted" >&2; exit 1; }
speed=$(build/bench/policy)
cat >docs/reports/policy.md <<END
# Rules: properties and speed

Written by \`make policy-properties\`. \`tests/unit/policy/properties_test\` makes random organisations (up to 8 rules each, of
every kind of selector, exclusion and filter, random certificates, licences, plans, triggers) and a random message, decides it, and
checks: no clear text to a recipient for whom encryption is demanded, nothing unsigned where a signature is; each recipient who is
served in exactly one copy; nothing ends without a copy or a report, and nothing has both; one executed rule for each organisation and
recipient, the one that a second evaluator finds, which was written from the text alone and knows no index, with the same verdict
for every rule and the same giver of every field; the order of recipients, letter case, other recipients, another organisation's
rules, certificates and accounts, and rules that are switched off change nothing. Seeds 1 to $cases; all hold.

$(cat "$counts")

A failing world is printed as JSON that \`waxsealctl policy evaluate -\` takes; \`POLICY_SEED\` and \`POLICY_CASES\` choose it again.

## Speed

\`build/bench/policy\`: the whole decision (recipients, matching, trace of every rule, actions, copies, reports) without making JSON of
it; 10,000 entries in 20 data sets. The goal is p99 < 100 µs with 1,000 rules. Times are reported and judge nothing.

$speed
END
