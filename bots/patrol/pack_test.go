package patrol

import "testing"

func TestShippedPackProvesItself(t *testing.T) {
	if _, err := Shipped(); err != nil {
		t.Fatal(err)
	}
}
