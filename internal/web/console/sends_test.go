package console_test

import (
	"net/url"
	"testing"

	"netpatrol/internal/record"
)

func TestHaltTakesReasonAndConfirmation(t *testing.T) {
	s := newSite(t)
	o := s.as("chen")
	page := o.get("/halt")
	page = o.post("/halt", page.form("/halt", url.Values{"level": {"unsolicited"}, "sure": {"1"}}))
	page.has("请写明停发的原因")
	page = o.post("/halt", page.form("/halt", url.Values{"level": {"unsolicited"}, "reason": {"误判太多"}}))
	page.has("请勾选确认", `value="误判太多"`)
	page = o.post("/halt", page.form("/halt", url.Values{"level": {"unsolicited"}, "reason": {"误判太多"}, "sure": {"1"}}))
	page.has("已停发", "误判太多")
	o.get("/drafts").has("已停发：公开和主动发送")
	page.lacks("恢复发送</button>")
	lin := s.as("lin")
	lin.post("/resume", lin.get("/halt").form("/resume", nil)).has("已恢复发送")
	lin.get("/").lacks("已停发：")
}

func TestAnUnknownOutcomeIsSettledByAnOfficer(t *testing.T) {
	s := newSite(t)
	s.sends()
	o := s.as("chen")
	page := o.get("/items/item-unknown")
	page.has("结果不明", "K7M2P9XW", "timeout")
	form := page.form("/items/item-unknown/settle", url.Values{"as": {"delivered"}})
	o.post("/items/item-unknown/settle", form).has("已认定：已送达")
	i, err := record.Fetch[record.Item](t.Context(), s.Store, "item-unknown")
	if err != nil || i.State != record.ItemDelivered {
		t.Errorf("%+v, %v", i, err)
	}
}

func TestWhatProvesWrongIsCorrectedFromItsPage(t *testing.T) {
	s := newSite(t)
	s.sends()
	o := s.as("chen")
	o.get("/items/item-unknown").lacks("拟更正")
	o.post("/items/item-unknown/settle", o.get("/items/item-unknown").form("/items/item-unknown/settle", url.Values{"as": {"delivered"}}))
	s.as("gu").get("/items/item-unknown").lacks("拟更正") // an administrator writes to nobody
	page := o.get("/items/item-unknown")
	o.post("/items/item-unknown/correct", page.form("/items/item-unknown/correct", url.Values{"text": {"此前写错了时间。"}})).has("已拟好更正")
	i, err := record.Fetch[record.Item](t.Context(), s.Store, "item-unknown")
	if err != nil || len(i.Corrected) != 1 {
		t.Fatalf("%+v, %v", i, err)
	}
	o.get("/items/item-unknown").has("更正件", "/why/"+i.Corrected[0])
	o.get("/why/"+i.Corrected[0]).has("本条更正的是", "/why/"+i.Code)
}

func TestAHeldSendGoesOnAndIsCheckedAgain(t *testing.T) {
	s := newSite(t)
	s.sends()
	o := s.as("chen")
	page := o.get("/items/item-held")
	page.has("已被修改", "继续发送（重新检查）")
	page.lacks("仍发送") // the post was looked at: it cannot be waved through
	o.post("/items/item-held/resume", page.form("/items/item-held/resume", nil)).has("已重新排队")
	i, err := record.Fetch[record.Item](t.Context(), s.Store, "item-held")
	if err != nil || i.State != record.ItemDue || i.NotLooked != "" {
		t.Errorf("%+v, %v", i, err)
	}
	forged := page.form("/items/item-held/resume", nil)
	forged.Set("key", o.get("/items/item-unseen").form("/items/item-unseen/send-held", nil).Get("key"))
	o.post("/items/item-held/hold", o.get("/items/item-held").form("/items/item-held/hold", nil)).has("由陈立暂停")
	o.post("/items/item-held/send-held", forged).has("不是因为无法复看原帖而暂缓的")
	s.as("gu").get("/items/item-unseen").lacks("继续发送（重新检查）") // an administrator may not: no button that would be refused
}

func TestAWarningWhosePostNobodyCouldLookAtMayLeaveUnderAName(t *testing.T) {
	s := newSite(t)
	s.sends()
	o := s.as("chen")
	page := o.get("/items/item-unseen")
	page.has("未能复核原帖，仍发送", "继续发送（重新检查）")
	o.post("/items/item-unseen/send-held", page.form("/items/item-unseen/send-held", nil)).has("已放行")
	o.get("/items/item-unseen").has(`陈立 <small class="id">chen</small> 放行`)
}
