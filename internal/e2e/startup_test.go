package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
)

// Terraform starts the provider two or three times for each command. What packages do when the process starts is paid each
// time, whether it is needed or not: a document parsed, regular expressions compiled, a database opened.
func TestNothingHeavyAtStart(t *testing.T) {
	t.Parallel()
	// A provider that does nothing allocates 0.8 MiB, for the protocol. Bytes tell more than times do on a busy machine.
	const most, mostOurs = 1.2, 0.05 // MiB, of all packages and of one of ours

	cmd := exec.Command(acctest.Binary(t), "version")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	var trace bytes.Buffer
	cmd.Stderr = &trace
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	total := 0.0
	for line := range strings.Lines(trace.String()) {
		// init NAME @0.5 ms, 0.01 ms clock, 1234 bytes, 5 allocs
		fields := strings.Fields(line)
		if len(fields) < 10 || fields[0] != "init" {
			continue
		}
		var allocated float64
		if _, err := fmt.Sscan(fields[7], &allocated); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		allocated /= 1 << 20
		if total += allocated; strings.Contains(fields[1], "terraform-provider-msp/internal/") && allocated > mostOurs {
			t.Errorf("%s allocates %.2f MiB at start", fields[1], allocated)
		}
	}
	if total == 0 || total > most {
		t.Errorf("all packages together allocate %.2f MiB at start\n%s", total, trace.String())
	}
}
