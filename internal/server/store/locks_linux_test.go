package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A process that opens the file twice must not lose its locks on it, which any close of the file by hand would drop:
// other programs would take the write-ahead log away from under it.
func TestOpenAgainKeepsLocks(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	putParents(t, openFile(t, path))
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		t.Fatalf("the file is described by a %T", info.Sys())
	}
	locked := func() bool {
		locks, err := os.ReadFile("/proc/locks")
		if err != nil {
			t.Skip("the system does not tell about locks:", err)
		}
		for line := range strings.Lines(string(locks)) {
			if strings.Contains(line, fmt.Sprintf(" %d ", os.Getpid())) && strings.Contains(line, fmt.Sprintf(":%d ", stat.Ino)) {
				return true
			}
		}
		return false
	}
	if !locked() {
		t.Fatal("an open database has no lock")
	}
	if err := mustOpen(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	if !locked() {
		t.Error("opening and closing it again dropped the lock")
	}
}
