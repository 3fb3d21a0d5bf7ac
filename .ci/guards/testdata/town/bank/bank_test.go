package bank

import "testing"

func TestPromise1_NoNegativePayment(t *testing.T) {
	if Pay(-1) == nil {
		t.Error("paid")
	}
}

// It looks, and sees nothing.
func TestPromise2_NoGreatPayment(t *testing.T) {
	_ = Pay(101)
}

func TestPromise5_IsRedAnyway(t *testing.T) {
	t.Error("red with the guard on")
}

func TestPromise9_NobodyKeeps(t *testing.T) {}
