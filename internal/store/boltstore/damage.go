package boltstore

import (
	"fmt"
	"runtime/debug"

	"netpatrol/internal/record"
)

// whole runs do, which reads pages of the file, and returns [record.ErrDamaged] where bolt panics
// because they do not fit together, or where they lead beyond the end of the file.
func whole(do func()) (err error) {
	before := debug.SetPanicOnFault(true)
	defer debug.SetPanicOnFault(before)
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", record.ErrDamaged, r)
		}
	}()
	do()
	return nil
}
