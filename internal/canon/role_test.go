package canon

import (
	"strings"
	"testing"
)

func TestRoleName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"desk", "Mail Tracker", "Tier: 2", "Überblick", "a", "...", strings.Repeat("ü", 200)} {
		if err := RoleName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for name, says := range map[string]string{
		"": "empty or blank", "  ": "empty or blank", "a\nb": "control characters", "\xff": "control characters", strings.Repeat("r", 201): "200 characters",
		" desk": `write "desk"`, "desk\u00a0": `write "desk"`, "a/b": "slash", ".": "dots", "..": "dots",
	} {
		if err := RoleName(name); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: got %v, want %q", name, err, says)
		}
	}
}
