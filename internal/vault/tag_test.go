package vault

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// TestTagsStayWhatTheyWere: keys and names of every store ever written hang on them.
func TestTagsStayWhatTheyWere(t *testing.T) {
	m, err := newMaster([]byte(strings.Repeat("k", secretSize)))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for _, value := range []string{"", "oPerson", strings.Repeat("长", 200)} {
		for _, scope := range []string{"", "person", strings.Repeat("s", 170)} {
			wg.Go(func() {
				h := hmac.New(sha256.New, m.tag)
				fmt.Fprintf(h, "%d:%s%s", len(scope), scope, value)
				want := tagEncoding.EncodeToString(h.Sum(nil)[:16])
				for range 10 {
					if got := m.Tag(scope, value); got != want {
						t.Errorf("%q %q: %s, want %s", scope, value, got, want)
					}
				}
			})
		}
	}
	wg.Wait()
}
