package boltstore

import (
	"os"

	bolt "go.etcd.io/bbolt"
)

// ahead writes zeroes where the database will grow. A sync of a page that has never been
// written must also record in the file system's journal where the page is; a page that
// was written before, if only with zeroes, needs no such record, and a commit of a few
// changes is a tenth faster. Large groups share the cost and are not worth the writing.
type ahead struct {
	file   *os.File
	zeroes []byte
	upTo   int64 // zeroes have been written up to here
}

const (
	aheadChunk = 256 << 10
	aheadSmall = 128 // changes; larger groups go without
)

func openAhead(path string) (*ahead, error) {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	return &ahead{file: f, zeroes: make([]byte, aheadChunk)}, err
}

// prepare runs at the start of a write transaction: behind tx.Size there is no page yet,
// and nobody but the writer makes one. It never makes the file longer, and its errors do
// not matter: the commit meets them itself.
func (a *ahead) prepare(tx *bolt.Tx, changes int) {
	a.upTo = max(a.upTo, tx.Size())
	if changes >= aheadSmall || a.upTo >= tx.Size()+aheadChunk/2 {
		return
	}
	info, err := a.file.Stat()
	if err != nil || a.upTo+aheadChunk > info.Size() {
		return
	}
	if _, err := a.file.WriteAt(a.zeroes, a.upTo); err == nil {
		a.upTo += aheadChunk
	}
}

func (a *ahead) Close() error { return a.file.Close() }
