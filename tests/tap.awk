# Counts one suite's TAP: prints "passed failed skipped". -v rc=EXIT -v name=SUITE
# node:test ends its TAP with totals (its nested tests are indented); others are counted line by line.
/^ok / { if ($0 ~ /# SKIP/) skipped++; else passed++ }
# cmocka writes a skipped test as "not ok N # SKIP name"
/^not ok / { if ($0 ~ /^not ok [0-9]+ # SKIP/) skipped++; else if ($0 !~ /# TODO/) failed++ }
/^# tests [0-9]+$/ { totals = 1; tests += $3 }
/^# pass [0-9]+$/ { pass += $3 }
/^# fail [0-9]+$/ { fail += $3 }
/^# cancelled [0-9]+$/ { fail += $3 }
/^# skipped [0-9]+$/ { skip += $3 }
/^Bail out!/ { failed++ }
END {
    if (totals) { passed = pass; failed = fail; skipped = skip }
    if (rc != 0 && failed == 0) failed = 1
    if (passed + failed + skipped == 0) failed = 1
    printf "%d %d %d\n", passed, failed, skipped
}
