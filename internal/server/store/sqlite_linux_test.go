package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// A disk that fails while the log is made durable leaves open whether a crash would bring the transaction back.
func TestSQLiteCommitFails(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	s := openFile(t, path)
	putParents(t, s)
	restore := withoutDisk(t, path+"-wal")
	err := s.Write(t.Context(), func(ctx context.Context, tx domain.Tx) error { return tx.Courses().Put(ctx, course(1)) })
	if !errors.Is(err, domain.ErrOutcomeUnknown) {
		t.Errorf("Write = %v", err)
	}
	restore()
	write(t, s, func(ctx context.Context, tx domain.Tx) error { return tx.Courses().Put(ctx, course(2)) })
	wantProgress(t, s, 2)
}

// withoutDisk makes every descriptor that this process has of the file one of a device that takes what is written, but has
// no disk to wait for.
func withoutDisk(t *testing.T, path string) (restore func()) {
	t.Helper()
	device, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	var undo []func()
	for _, entry := range entries {
		if target, err := os.Readlink("/proc/self/fd/" + entry.Name()); err != nil || target != path {
			continue
		}
		fd, err := strconv.Atoi(entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		kept, err := syscall.Dup(fd)
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Dup3(int(device.Fd()), fd, syscall.O_CLOEXEC); err != nil {
			t.Fatal(err)
		}
		undo = append(undo, func() {
			if err := errors.Join(syscall.Dup3(kept, fd, syscall.O_CLOEXEC), syscall.Close(kept)); err != nil {
				t.Error(err)
			}
		})
	}
	if len(undo) == 0 {
		t.Fatalf("%s is not open", path)
	}
	return func() {
		for _, back := range undo {
			back()
		}
		if err := device.Close(); err != nil {
			t.Error(err)
		}
	}
}
