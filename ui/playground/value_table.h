// The values of a tensor as rows: an index for each dimension, then the value. Sorting takes place
// in the background and makes an order beside the tensor, which is shared and never copied. A view
// keeps something for each row, so the rows are those of one page. Thread: GUI.
#pragma once

#include "tensor/tensor.h"
#include "ui/background.h"

#include <cstdint>
#include <memory>
#include <QAbstractTableModel>
#include <vector>

namespace warmbench::ui {

// One element as text that reads back as the same number. Thread: any.
QString elementText(const Tensor &tensor, std::size_t index);

class ValueTable : public QAbstractTableModel
{
    Q_OBJECT

public:
    static constexpr std::size_t pageRows = 20'000;

    explicit ValueTable(Background &background, QObject *parent = nullptr);

    void setTensor(std::shared_ptr<const Tensor> tensor); // null: none
    void setPage(int page);
    int page() const { return static_cast<int>(m_page); }
    int pages() const; // 1 at least
    bool isSorting() const { return m_sorting; }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    // Of the values, NaN comes last either way. The first page is shown then.
    void sort(int column, Qt::SortOrder order) override;

Q_SIGNALS:
    void sortingChanged();

private:
    using Order = std::vector<std::uint32_t>;

    std::size_t elementAt(int row) const;
    void show(std::shared_ptr<const Order> order);

    Background &m_background;
    std::shared_ptr<const Tensor> m_tensor;
    std::shared_ptr<const Order> m_order; // null: as in memory
    std::size_t m_page = 0;
    int m_column = 0; // that it is sorted by
    Qt::SortOrder m_direction = Qt::AscendingOrder;
    quint64 m_number = 0; // of the order that was asked for last
    bool m_sorting = false;
};

} // namespace warmbench::ui
