//go:build !unix

package pgtest

import (
	"errors"
	"os/exec"
)

func asOwner(*exec.Cmd, string) error { return errors.New("only done on Unix") }
