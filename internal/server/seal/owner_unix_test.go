//go:build unix

package seal

import (
	"io/fs"
	"testing"
)

func TestForbiddenModes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mode           fs.FileMode
		ofRoot, asRoot bool
		want           bool
	}{
		{0o600, false, false, false},
		{0o400, false, false, false},
		{0o640, false, false, true},
		{0o604, false, false, true},
		{0o440, true, false, false}, // such as a secret's volume of Kubernetes with fsGroup
		{0o640, true, false, false},
		{0o660, true, false, true},
		{0o444, true, false, true},
		{0o600, true, true, false},
		{0o640, true, true, true},
	} {
		if got := forbidden(c.mode, c.ofRoot, c.asRoot); got != c.want {
			t.Errorf("%04o of root %v, as root %v: %v", c.mode, c.ofRoot, c.asRoot, got)
		}
	}
}
