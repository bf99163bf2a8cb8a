// What mail programs call the folders that have a special use, in many languages, as people read the names.

export type SpecialUse = "\\All" | "\\Archive" | "\\Drafts" | "\\Flagged" | "\\Junk" | "\\Sent" | "\\Trash";

/** Those before others are looked for first. */
const names: Readonly<Record<SpecialUse, string>> = {
  "\\Sent": `
    Sent, Sent Items, Sent Messages, Sent Mail, Sent-mail,
    Gesendet, Gesendete Objekte, Gesendete Elemente, Gesendete Nachrichten, Gesendete Mails,
    Envoyés, Envoyé, Éléments envoyés, Messages envoyés, Objets envoyés, Courrier envoyé,
    Enviados, Enviado, Elementos enviados, Mensajes enviados, Correo enviado, Enviats, Elements enviats,
    Enviadas, Itens enviados, Mensagens enviadas, E-mails enviados, Correio enviado,
    Inviata, Inviati, Posta inviata, Elementi inviati, Messaggi inviati,
    Verzonden, Verzonden items, Verzonden berichten, Verzonden objecten, Verstuurd,
    Skickat, Skickade, Skickade objekt, Skickade meddelanden, Sendt, Sendte, Sendt post, Sendte elementer,
    Lähetetyt, Lähetetyt viestit, Saadetud, Saadetud kirjad, Nosūtītie, Nosūtītās vēstules, Išsiųsti, Išsiųsti laiškai,
    Wysłane, Elementy wysłane, Wysłane wiadomości, Poczta wysłana, Odeslané, Odeslaná pošta, Odeslané položky,
    Odoslané, Odoslaná pošta, Odoslané položky, Poslano, Poslana pošta, Poslane stavke, Poslato, Послато,
    Elküldött, Elküldött elemek, Elküldött üzenetek, Elküldött levelek, Trimise, Elemente trimise, Mesaje trimise,
    Отправленные, Отправленные элементы, Надіслані, Відправлені, Надіслані елементи, Изпратени, Изпратени елементи,
    Απεσταλμένα, Σταλμένα, Gönderilenler, Gönderilmiş, Gönderilmiş Öğeler, Gönderilmiş Postalar,
    送信済み, 送信済みメール, 送信済みアイテム, 送信済みトレイ, 보낸 편지함, 보낸 메일함, 보낸편지함, 보낸메일함,
    已发送, 已发送邮件, 已发邮件, 已发送消息, 寄件備份, 寄件備份匣, 已傳送郵件, 已寄出,
    Đã gửi, Thư đã gửi, Terkirim, Item Terkirim, ส่งแล้ว, จดหมายที่ส่ง, נשלח, נשלחו, פריטים שנשלחו,
    المرسلة, المرسل, البريد المرسل, العناصر المرسلة, ارسال شده`,
  "\\Trash": `
    Trash, Deleted Items, Deleted Messages, Deleted, Bin, Deleted Mail, Trash Can, Wastebasket,
    Papierkorb, Gelöscht, Gelöschte Objekte, Gelöschte Elemente, Gelöschte Nachrichten,
    Corbeille, Éléments supprimés, Messages supprimés, Supprimés, Objets supprimés,
    Papelera, Elementos eliminados, Mensajes eliminados, Eliminados, Papelera de reciclaje, Paperera, Elements suprimits,
    Lixeira, Itens excluídos, Itens eliminados, Mensagens excluídas, Reciclagem,
    Cestino, Posta eliminata, Elementi eliminati, Eliminata, Messaggi eliminati,
    Prullenbak, Prullenmand, Verwijderd, Verwijderde items, Verwijderde berichten, Verwijderde objecten,
    Papperskorg, Papperskorgen, Borttaget, Borttagna, Borttagna objekt, Papirkurv, Slettet, Slettet post, Slettede elementer,
    Roskakori, Poistetut, Poistetut viestit, Prügikast, Kustutatud, Atkritne, Dzēstie, Šiukšliadėžė, Šiukšlinė, Ištrinti,
    Kosz, Elementy usunięte, Usunięte, Koš, Odstraněná pošta, Odstraněné položky, Odstranená pošta,
    Kôš, Odstránená pošta, Odstránené položky, Smeće, Smetnjak, Izbrisano, Izbrisana pošta, Отпад, Обрисано,
    Kuka, Lomtár, Törölt, Törölt elemek, Coș de gunoi, Coș, Elemente șterse, Gunoi,
    Корзина, Удаленные, Удалённые, Удаленные элементы, Кошик, Видалені, Видалені елементи, Кошче, Изтрити, Изтрити елементи,
    Κάδος, Κάδος απορριμμάτων, Διαγραμμένα, Απορρίμματα, Çöp, Çöp Kutusu, Silinmiş, Silinmiş Öğeler, Silinenler,
    ごみ箱, ゴミ箱, 削除済みアイテム, 削除済み, 휴지통, 지운 편지함, 삭제된 항목,
    已删除, 已删除邮件, 已删除消息, 废件箱, 垃圾桶, 回收站, 刪除的郵件, 已刪除的郵件,
    Thùng rác, Đã xóa, Sampah, Item Dihapus, ถังขยะ, ที่ถูกลบ, אשפה, פריטים שנמחקו, נמחקו,
    المهملات, سلة المهملات, المحذوفة, العناصر المحذوفة, زباله‌دان`,
  "\\Junk": `
    Junk, Spam, Junk E-mail, Junk Email, Junk Mail, Bulk Mail, Bulk,
    Spamverdacht, Junk-E-Mail, Unerwünscht, Unerwünschte Werbung, Werbung,
    Courrier indésirable, Indésirables, Indésirable, Pourriel, Pourriels,
    Correo no deseado, No deseado, Correo basura, Correu brossa, Correu no desitjat,
    Lixo Eletrônico, Lixo Eletrónico, Correio não solicitado, E-mail de lixo, Não solicitado,
    Posta indesiderata, Indesiderata, Ongewenst, Ongewenste e-mail, Ongewenste berichten, Ongewenste reclame,
    Skräppost, Skräp, Søppelpost, Uønsket, Uønsket post, Uønsket mail, Uønsket e-post,
    Roskaposti, Rämpspost, Rämps, Mēstules, Surogātpasts, Brukalas, Nepageidaujami laiškai,
    Niechciane, Wiadomości-śmieci, Wiadomości śmieci, Nevyžádaná pošta, Nevyžádané, Nevyžiadaná pošta, Nevyžiadané,
    Neželena pošta, Neželjena pošta, Bezvrijedna pošta, Нежељена пошта, Levélszemét, Mesaje nedorite, Nedorite,
    Спам, Нежелательная почта, Небажана пошта, Нежелана поща, Ανεπιθύμητα, Ανεπιθύμητη αλληλογραφία,
    Gereksiz, Gereksiz E-posta, Önemsiz, Önemsiz E-posta, İstenmeyen, 迷惑メール, 스팸, 스팸 메일함, 스팸메일함, 정크 메일,
    垃圾邮件, 垃圾郵件, 垃圾信件, Thư rác, Email Sampah, จดหมายขยะ, อีเมลขยะ, דואר זבל, זבל, ספאם,
    البريد غير المرغوب فيه, البريد العشوائي, غير هام, هرزنامه`,
  "\\Drafts": `
    Drafts, Draft, Entwürfe, Entwurf, Brouillons, Brouillon, Borradores, Borrador, Esborranys, Rascunhos, Rascunho,
    Bozze, Bozza, Concepten, Concept, Utkast, Kladder, Kladde, Luonnokset, Luonnos, Mustandid, Melnraksti, Juodraščiai,
    Wersje robocze, Kopie robocze, Robocze, Szkice, Koncepty, Rozepsané, Rozpísané, Osnutki, Skice, Nacrti, Нацрти,
    Piszkozatok, Schițe, Ciorne, Черновики, Чернетки, Чернови, Πρόχειρα, Taslaklar, Taslak,
    下書き, 임시 보관함, 임시보관함, 草稿, 草稿箱, 草稿匣, Bản nháp, Thư nháp, Konsep, Draf,
    แบบร่าง, ร่างจดหมาย, จดหมายร่าง, טיוטות, المسودات, مسودات, پیش‌نویس‌ها`,
  "\\Archive": `
    Archive, Archives, Archived, Archiv, Archivo, Archivos, Archivado, Arxiu, Arquivo, Arquivos, Arquivados,
    Archivio, Archief, Arkiv, Arkisto, Arhiiv, Arhīvs, Archyvas, Archiwum, Archív, Arhiv, Arhiva, Архива, Archívum, Arhivă,
    Архив, Архів, Αρχείο, Αρχειοθήκη, Arşiv, アーカイブ, 보관함, 归档, 存档, 封存, Lưu trữ, Arsip, ארכיון, أرشيف, الأرشيف`,
  "\\Flagged": `
    Flagged, Starred, Markiert, Suivis, Destacados, Com estrela, Speciali, Met ster, Oznaczone gwiazdką, Помеченные, スター付き`,
  "\\All": `
    All, All Mail, Alle Nachrichten, Tous les messages, Todos, Todos los mensajes, Todos os e-mails, Tutti i messaggi,
    Tutti, Alle berichten, Alle e-mails, Wszystkie, Вся почта, すべてのメール, 전체보관함, 所有邮件, 所有郵件`,
};

interface Rank {
  readonly use: SpecialUse;
  readonly rank: number;
}

const ranks = new Map<string, Rank>();
for (const [use, list] of Object.entries(names) as [SpecialUse, string][]) {
  for (const [rank, name] of list.split(",").entries()) {
    const key = keyOf(name.trim());
    if (!ranks.has(key)) ranks.set(key, { use, rank });
  }
}

/**
 * What a folder is for, by its name as people read it, in whatever case; the lower the rank, the better the guess, and best
 * is what is written as it is here.
 */
export function specialByName(name: string): Rank | undefined {
  return ranks.get(keyOf(name));
}

function keyOf(name: string): string {
  return name.normalize("NFC").toLowerCase();
}
