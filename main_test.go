package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args           []string
		status         int
		stdout, stderr string // that they begin with
	}{
		"version":               {[]string{"version"}, 0, "terraform-provider-msp dev (go", ""},
		"help":                  {[]string{"--help"}, 0, "Usage: terraform-provider-msp", ""},
		"unknown":               {[]string{"serve"}, 2, "", `terraform-provider-msp: unknown argument "serve"`},
		"unknown flag":          {[]string{"--verbose"}, 2, "", `terraform-provider-msp: unknown argument "--verbose"`},
		"too much":              {[]string{"version", "now"}, 2, "", `terraform-provider-msp: unknown argument "now"`},
		"help of the server":    {[]string{"reference-server", "-h"}, 0, "Usage: terraform-provider-msp reference-server", ""},
		"unknown to the server": {[]string{"reference-server", "--nonsense"}, 2, "", "reference-server: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			status := run(t.Context(), c.args, &stdout, &stderr)
			if status != c.status || !begins(stdout.String(), c.stdout) || !begins(stderr.String(), c.stderr) {
				t.Errorf("status %d\nstdout: %s\nstderr: %s", status, stdout.String(), stderr.String())
			}
		})
	}
}

// begins wants nothing at all if the beginning is empty.
func begins(text, beginning string) bool {
	return strings.HasPrefix(text, beginning) && (beginning != "" || text == "")
}
