package handoff

import (
	"bytes"
	"fmt"

	"github.com/xuri/excelize/v2"

	"netpatrol/internal/record"
)

// workbook is the package as XLSX: one sheet of facts, one of indicators. Every cell is a text, so that
// long numbers keep their digits and nothing is a formula.
func workbook(h *record.Handoff) (File, error) {
	x := excelize.NewFile()
	defer x.Close()
	if err := x.SetSheetName("Sheet1", "概况"); err != nil {
		return File{}, err
	}
	var facts [][]string
	for _, f := range factsOf(h) {
		facts = append(facts, []string{f.Name, f.Value})
	}
	if err := fill(x, "概况", facts, 18, 80); err != nil {
		return File{}, err
	}
	if _, err := x.NewSheet("要素"); err != nil {
		return File{}, err
	}
	if err := fill(x, "要素", rows(h), 14, 14, 14, 40, 10, 14, 20); err != nil {
		return File{}, err
	}
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		return File{}, fmt.Errorf("write the workbook: %w", err)
	}
	return File{"clue.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b.Bytes()}, nil
}

func fill(x *excelize.File, sheet string, table [][]string, widths ...float64) error {
	for i, w := range widths {
		col, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := x.SetColWidth(sheet, col, col, w); err != nil {
			return err
		}
	}
	for i, row := range table {
		for j, v := range row {
			cell, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return err
			}
			if err := x.SetCellStr(sheet, cell, v); err != nil {
				return err
			}
		}
	}
	return nil
}
