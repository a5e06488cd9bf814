package tfkit

import (
	"testing"
	"testing/synctest"
	"time"
)

// A renewal is asked for halfway to the end, whatever the two clocks show, and never later than halfway through the ttl.
func TestLeaseIsRenewedInTime(t *testing.T) {
	t.Parallel()
	for name, ahead := range map[string]time.Duration{"the same": 0, "ahead": 3 * time.Hour, "behind": -3 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := func() time.Time { return time.Now().Add(ahead) }
				began := server()
				lease := NewLease("ses_1", began, began.Add(10*time.Minute), 600)
				if in := time.Until(lease.RenewAt()); in != 5*time.Minute || lease.FallsShort(began) {
					t.Errorf("to be renewed in %s, falls short: %t", in, lease.FallsShort(began))
				}
				time.Sleep(5 * time.Minute)
				for _, step := range []struct {
					end, renewIn time.Duration
					longer       bool
				}{{10 * time.Minute, 5 * time.Minute, true}, {12 * time.Minute, 5 * time.Minute, true}, {10 * time.Minute, 5 * time.Minute, false}} {
					var longer bool
					if lease, longer = lease.Prolonged(server().Add(step.end)); longer != step.longer || time.Until(lease.RenewAt()) != step.renewIn {
						t.Errorf("%s: to be renewed in %s, longer: %t", step.end, time.Until(lease.RenewAt()), longer)
					}
				}
				time.Sleep(8 * time.Minute)
				if in := time.Until(lease.RenewAt()); in != time.Minute {
					t.Errorf("with two minutes left it is to be renewed in %s", in)
				}
				time.Sleep(24 * time.Hour)
				if in := time.Until(lease.RenewAt()); in != 30*time.Second {
					t.Errorf("after the clock has jumped it is to be renewed in %s", in)
				}
				if short := NewLease("ses_2", began, began.Add(10*time.Minute-1), 600); !short.FallsShort(began) {
					t.Error("what ends before its ttl is not seen to")
				}
			})
		})
	}
}
