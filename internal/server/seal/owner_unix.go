//go:build unix

package seal

import (
	"io/fs"
	"os"
	"syscall"
)

// tooOpen tells whether others may read the file, or change it. As with PostgreSQL's key files, the group may read a file
// of root's, which is how orchestrators hand one to a server that does not run as root.
func tooOpen(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return forbidden(info.Mode().Perm(), ok && stat.Uid == 0, os.Geteuid() == 0)
}

func forbidden(mode fs.FileMode, ofRoot, asRoot bool) bool {
	if ofRoot && !asRoot {
		return mode&0o037 != 0
	}
	return mode&0o077 != 0
}
