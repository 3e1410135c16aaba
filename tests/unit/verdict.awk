# verdict.awk - the verdict on one TAP file: the planned number of tests passed, and the program said so too.
# Variables: name of the test, status that its program exited with.
/^1\.\.[0-9]+$/ { plan += substr($0, 4) }
/^ok /          { passed++ }
/^not ok /      { failed++ }
/^# seed /      { seed = ", seed " $3 }
END {
    good = status == 0 && plan > 0 && passed == plan && failed == 0
    printf "unit %s: %d of %d passed%s%s\n", name, passed, plan, seed, good ? "" : ", exit status " status
    exit !good
}
