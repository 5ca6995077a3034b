#include "ui/save_file.h"

#include "base/file.h"
#include "ui/background.h"
#include "ui/settings.h"
#include "ui/widgets/display_text.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QWidget>

namespace warmbench::ui {

void saveFile(QWidget *parent, Background &background, const SaveOffer &offer,
              std::function<Result<std::string>(const QString &path)> content,
              std::function<void(MessageOverlay::Kind, const QString &)> said)
{
    auto *dialog = new QFileDialog(parent, offer.title);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters(offer.filters);
    dialog->setDefaultSuffix(QFileInfo(offer.name).suffix());
    dialog->setDirectory(read(settings::lastFolder));
    dialog->selectFile(offer.name);
    const auto save = [parent, &background, content = std::move(content),
                       said = std::move(said)](const QString &path) {
        write(settings::lastFolder, QFileInfo(path).absolutePath());
        background.run(
            parent,
            [path, content]() -> Result<void> {
                const Result<std::string> bytes = content(path);
                if (!bytes)
                    return bytes.error();
                return writeFile(path.toStdString(), *bytes);
            },
            [path, said](const Result<void> &written) {
                if (written)
                    said(MessageOverlay::Kind::Information,
                         QWidget::tr("Saved as %1.").arg(QDir::toNativeSeparators(path)));
                else
                    said(MessageOverlay::Kind::Error, text(written.error().message));
            });
    };
    QObject::connect(dialog, &QFileDialog::fileSelected, parent, save);
    dialog->open();
}

} // namespace warmbench::ui
